"""Words of links: what leads to a report, what only looks like it."""

import pytest

from crawler.links import step

COLUMN = "http://x.gov.cn/zwgk/zfxxgk/zfxxgknb/"


@pytest.mark.parametrize(
    "words",
    [
        "石磴镇人民政府2023年政府信息公开工作年度报告",
        "2022年石磴镇信息公开年报",
        "关于印发石磴镇2023年政府信息公开工作年度报告的通知",
        "石磴镇关于公布《2023年政务公开年度报告》的通知",
        "县民政局2023年度政府信息公开工作报告",
        "石磴县人力资源和社会保障局2023年…",
        "石磴县医疗保障局政府信息公开工作20...",
    ],
)
def test_a_report(words: str) -> None:
    found = step(words, COLUMN + "a.html", "column", COLUMN)
    assert found is not None
    assert found.stage == "item"


@pytest.mark.parametrize(
    "words",
    [
        "关于做好2023年政府信息公开工作年度报告编制工作的通知",
        "2023年法治政府建设年度报告",
        "2023年政府网站工作年度报表",
        "一图读懂石磴镇2023年政府信息公开工作年度报告",
        "政府信息公开指南",
        "石磴镇2023年部门预算公开",
        "石磴镇召开2023年政府信息公开工作会议…",
    ],
)
def test_what_only_looks_like_one(words: str) -> None:
    found = step(words, COLUMN + "a.html", "column", COLUMN)
    assert found is None or found.stage != "item"


def test_another_year_is_left_out_where_one_is_wanted() -> None:
    title = "石磴镇人民政府{}年政府信息公开工作年度报告"
    assert step(title.format(2022), COLUMN, "column", COLUMN, 2023) is None
    assert step(title.format(2023), COLUMN, "column", COLUMN, 2023) is not None


def test_the_countys_own_picture_among_those_of_its_offices() -> None:
    def stage(where: str, *, fresh: bool = True) -> str | None:
        lead = step("青溪县", "http://a.gov.cn/o/", where, fresh=fresh, own=True)
        return lead.stage if lead else None

    assert (stage("entry"), stage("seed"), stage("entry", fresh=False)) == ("office", None, None)
