"""OFD as offices write it (GB/T 33190): placed characters and lines, templates, watermarks, scanned pages."""

import zipfile
from io import BytesIO

import extract
from extract import readers
from extract.document import Picture

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
WIDTHS = (52.0, *(16.0,) * 7)
HEADER = ("申请人情况", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
RECEIVED = ("一、本年新收政府信息公开申请数量", "12", "3", "0", "0", "0", "1", "16")
CARRIED = ("二、上年结转政府信息公开申请数量", "2", "0", "0", "0", "0", "0", "2")


def text(x: float, y: float, words: str, size: float = 3.0, more: str = "") -> str:
    """A line of text; Chinese signs stand a size apart, told by a repeated step."""
    step = size if words[0] > "⺀" else size / 2
    steps = f' DeltaX="g {len(words) - 1} {step}"' if len(words) > 1 else ""
    code = f'<ofd:TextCode X="0" Y="{size}"{steps}>{words}</ofd:TextCode>'
    return f'<ofd:TextObject Boundary="{x} {y} 150 {size + 1}" Font="1" Size="{size}" {more}>{code}</ofd:TextObject>'


def line(x: float, y: float, across: float, down: float) -> str:
    data = f"<ofd:AbbreviatedData>M 0 0 L {across} {down}</ofd:AbbreviatedData>"
    return f'<ofd:PathObject Boundary="{x} {y} {across + 1} {down + 1}" LineWidth="0.3">{data}</ofd:PathObject>'


def table(y: float, *rows: tuple[str, ...]) -> str:
    out = [line(15, y + 10 * number, sum(WIDTHS), 0) for number in range(len(rows) + 1)]
    x = 15.0
    for number, width in enumerate((*WIDTHS, 0.0)):
        out.append(line(x, y, 0, 10 * len(rows)))
        for at, row in enumerate(rows if width else ()):
            out.append(text(x + 1, y + 10 * at + 3, row[number], 2.2))
        x += width
    return "".join(out)


def page(*objects: str, before: str = "") -> str:
    content = f"<ofd:Content><ofd:Layer ID='9'>{''.join(objects)}</ofd:Layer></ofd:Content>"
    return f"<ofd:Page {NAMESPACE}>{before}{content}</ofd:Page>"


def ofd(*pages: str, parts: dict[str, bytes] | None = None, common: str = "") -> bytes:
    listed = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>' for number in range(len(pages))
    )
    box = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    body = f"<ofd:Document {NAMESPACE}><ofd:CommonData>{box}{common}</ofd:CommonData>"
    files: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {NAMESPACE} DocType='OFD'><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml"
        f"</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{body}<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        **{f"Doc_0/Pages/Page_{number}/Content.xml": one for number, one in enumerate(pages)},
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (files | (parts or {})).items():
            archive.writestr(name, data)
    return out.getvalue()


FIRST = (
    text(40, 20, "清溪镇人民政府2024年政府信息公开工作年度报告", 5),
    text(20, 40, "一、总体情况", 4),
    text(20, 50, "2024年，清溪镇依法公开政府信息，全年公开信息312条。", 4),
    text(20, 60, "三、收到和处理政府信息公开申请情况", 4),
)
LAST = (
    text(20, 40, "五、存在的主要问题及改进情况", 4),
    text(20, 50, "公开的深度不够，下一步将改进。", 4),
    text(20, 60, "六、其他需要报告的事项", 4),
    text(20, 70, "无。", 4),
    text(140, 90, "2025年1月10日", 4),
)


def test_a_report_is_read() -> None:
    report = extract.read(ofd(page(*FIRST, table(240, HEADER, RECEIVED)), page(table(20, CARRIED), *LAST)))
    assert (report.format, report.identity.year, report.identity.office) == ("ofd", 2024, "清溪镇人民政府")
    assert [report.cells[f"requests.{row}.total"].value for row in ("new_received", "carried_in")] == [16, 2]
    assert report.chapters["other_matters"] == "无。"
    assert str(report.identity.signed_date) == "2025-01-10"


def test_lines_of_a_template_and_characters_through_a_matrix() -> None:
    lines = "".join(one for one in table(100, HEADER, RECEIVED).split("<ofd:TextObject")[0:1])
    words = table(100, HEADER, RECEIVED).removeprefix(lines)
    template = page(lines, *FIRST)
    matrix = 'CTM="0.5 0 0 0.5 0 0"'
    scaled = text(150, 5, "内部", 8, matrix)
    watermark = text(60, 104, "888888", 9, 'CTM="0.8 0.6 -0.6 0.8 0 0"') + text(60, 110, "777", 9, 'Alpha="60"')
    data = ofd(
        page(words, scaled, watermark, before='<ofd:Template TemplateID="7" ZOrder="Background"/>'),
        page(*LAST),
        parts={"Doc_0/Tpls/Tpl_0/Content.xml": template.encode()},
        common='<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0/Content.xml"/>',
    )
    report = extract.read(data)
    assert report.cells["requests.new_received.total"].value == 16
    assert any("内部" in block.text for block in readers.read(data).paragraphs)
    assert "888" not in "".join(report.chapters.values())


def test_a_scanned_page_is_a_picture_and_a_broken_one_is_named() -> None:
    scan = '<ofd:ImageObject Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="5"/>'
    media = '<ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia>'
    resources = f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>'
    document = readers.ofd.read(
        ofd(
            page(*FIRST),
            page(scan),
            "<ofd:Page",
            parts={"Doc_0/DocumentRes.xml": resources.encode(), "Doc_0/Res/scan.png": b"\x89PNG"},
            common="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
        )
    )
    assert document.blocks[-1] == Picture("Doc_0/Res/scan.png", b"\x89PNG")
    assert document.problems == ["第3页已损坏，未读取"]
    assert document.pages == 3
