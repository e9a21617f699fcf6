"""What can be wrong with a folder of evidence, each error one line for the person at the terminal."""

from pathlib import Path


class EvidenceError(Exception):
    """The folder cannot be used as it is; str() is one clear line in Chinese."""


class Busy(EvidenceError):  # noqa: N818 - it names a state, and reads so where it is caught
    """Another process is writing to this folder."""

    def __init__(self, folder: Path) -> None:
        """Names the folder of evidence."""
        super().__init__(f"{folder} 正由另一个采集进程写入，请等它结束后再试。")


class Unusable(EvidenceError):  # noqa: N818 - it names a state, and reads so where it is caught
    """There is no ledger here, or it is not ours, or a newer nianbao wrote it."""


class Locked(EvidenceError):  # noqa: N818 - it names a state, and reads so where it is caught
    """Another program holds the ledger locked (a database browser, a backup)."""

    def __init__(self, path: Path) -> None:
        """Names the ledger."""
        super().__init__(f"{path} 正被其他程序锁定，请关闭它后再次运行。")


class DiskFull(EvidenceError):  # noqa: N818 - it names a state, and reads so where it is caught
    """No room to write; what was acknowledged before is safe."""

    def __init__(self, folder: Path) -> None:
        """Names the folder of evidence."""
        super().__init__(f"磁盘已满，无法写入 {folder}；此前已保存的内容都在，腾出空间后再次运行即可继续。")


class Lost(EvidenceError):  # noqa: N818 - it names a state, and reads so where it is caught
    """A body that the ledger knows is no longer in its WARC file."""
