"""MHT → Document: the page of a web archive, with its pictures."""

from email import policy
from email.parser import BytesParser
from urllib.parse import urljoin

from extract.document import Document, Picture
from extract.readers import html


def read(data: bytes) -> Document:
    """The page of a web archive (MHT), as its browser or Word saved it, with the pictures that are in it."""
    message = BytesParser(policy=policy.compat32).parsebytes(data)
    pictures: dict[str, bytes] = {}
    for part in message.walk():
        picture = part.get_payload(decode=True) if part.get_content_maintype() == "image" else None
        if isinstance(picture, bytes):
            identifier = str(part.get("Content-ID", "")).strip("<> ")
            pictures |= dict.fromkeys((str(part.get("Content-Location", "")), f"cid:{identifier}"), picture)
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(content, bytes) and content.strip():
            document = html.read(content, str(part.get("Content-Type")))
            document.format = "mht"
            place = str(part.get("Content-Location", ""))
            for at, block in enumerate(document.blocks):
                if isinstance(block, Picture) and block.data is None:
                    document.blocks[at] = Picture(block.address, pictures.get(urljoin(place, block.address)))
            if any(isinstance(block, Picture) and block.data is None for block in document.blocks):
                document.problems.append("网页存档（MHT）里没有存下的图片未读取")
            return document
    return Document("mht", problems=["网页存档（MHT）里没有网页"])
