"""Whatever stands in an address, a visitor gets a page or is told what is wrong with it: never an error of ours."""

from urllib.parse import quote, urlencode

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from serve_samples import make
from test_serve import ask, front

from archive import schema

TABLES = {one.name: [column.name for column in one.columns] for one in schema.TABLES}
LOOKUPS = (
    "", "__gt", "__lte", "__contains", "__not", "__in", "__notin", "__isnull", "__isblank", "__like", "__glob",
    "__arraycontains", "__date", "__startswith", "__unheard_of",
)  # fmt: skip
ARGUMENTS = (
    "_sort", "_sort_desc", "_next", "_size", "_facet", "_facet_size", "_facet_date", "_facet_array", "_facet_tally",
    "_col", "_nocol", "_shape", "_q", "q", "_search", "_order", "_where", "_through", "_labels", "_nofacet", "_nocount",
    "_stream", "_ttl", "_trace", "_timelimit", "_searchmode", "_fts_table", "_blob_column", "with", "year", "province",
    "office_kind", "version",
)  # fmt: skip
ODD = (
    "", "0", "-1", "1e9", "9" * 20, "nan", "'", '"', "%", "年", "２０２４", "null", "[]", "{}", "<script>", "../..",
    "\0", "信访", "信访 -", "“", '"信访', "(信访", "NEAR(信访)", "OR", "*", "names:信", "信" * 400, "2024,2023",
    "2024-13-45",
)  # fmt: skip
PLACES = (
    "/", "/coverage", "/method", "/api", "/downloads", "/downloads/x.csv", "/feed.atom", "/archive", "/archive.csv",
    "/archive.db", "/archive/search", "/archive/search_data", "/archive/facet_columns", "/archive/sqlite_master",
    "/archive/nowhere", "/elsewhere/reports", "/-/original/1", "/-/page/1/1", "/-/databases", "/static/../words.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return front(make(tmp_path_factory.mktemp("addresses") / "archive.db"), immutable=True)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    table = draw(st.sampled_from(sorted(TABLES)))
    odd = st.one_of(st.sampled_from(ODD), st.sampled_from(TABLES[table]), st.text(max_size=8))
    form = draw(st.sampled_from(["", "", ".json", ".csv", ".blob", ".xml"]))
    path = draw(
        st.one_of(
            st.just(f"/archive/{table}{form}"),
            odd.map(lambda key: f"/archive/{table}/{quote(key, safe=',')}{form}"),
            st.sampled_from(PLACES),
        )
    )
    columns = st.tuples(st.sampled_from(TABLES[table]), st.sampled_from(LOOKUPS)).map("".join)
    asked = draw(st.lists(st.tuples(st.one_of(columns, st.sampled_from(ARGUMENTS)), odd), max_size=3))
    return path + (f"?{urlencode(asked, errors='replace')}" if asked else "")


@pytest.mark.timeout(300)  # a machine that does other work too
@given(addresses())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("/archive/addresses?report_id=")
@example("/archive/coverage/one-part-of-three")
@example("/archive/findings/.json")
@example("/archive/facet_columns")
@example("/archive/events?_through=x")
@example("/archive/sums.csv?office_kind__arraycontains=x")
@example("/archive/sites?site_host__gte=99999999999999999999&_q=1")
@example("/archive/reports?_facet_tally=x")
@example("/archive/disputes.blob?_blob_column=other&office_kind=inf")
def test_no_address_is_an_error_of_the_server(site: Datasette, address: str) -> None:
    assert ask(site, address).status_code < 500


@pytest.mark.parametrize("table", ["search", "search_data", "facet_columns", "changed"])
def test_tables_that_no_page_is_about_are_closed(site: Datasette, table: str) -> None:
    assert {ask(site, f"/archive/{table}{form}").status_code for form in ("", ".json", ".csv", "/1", "/1.json")} <= {
        403,
        404,
    }


def test_what_cannot_be_sorted_by_is_told(site: Datasette) -> None:
    answer = ask(site, "/archive/reports?_sort=没有")
    assert answer.status_code == 400
    assert "不能按“没有”排序" in answer.text
