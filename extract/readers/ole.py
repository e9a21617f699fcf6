"""The container of Office 97 files (OLE), by xlrd's reader."""

from io import StringIO

from xlrd.compdoc import CompDoc


def opened(data: bytes) -> CompDoc:
    """The container, whose streams may be asked for by name. Raises what xlrd raises on a broken one.

    ValueError where a small stream runs in a circle: xlrd would follow it until memory ends.
    """
    file = CompDoc(data, logfile=StringIO())
    small: int = file.min_size_std_stream  # type: ignore[attr-defined]  # the stubs forget it
    for entry in file.dirlist:
        if entry.etype == 2 and entry.tot_size < small:
            sector, steps = entry.first_SID, 0
            while 0 <= sector < len(file.SSAT):
                sector, steps = file.SSAT[sector], steps + 1
                if steps > len(file.SSAT):
                    raise ValueError("文件结构有误")
    return file
