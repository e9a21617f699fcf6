"""The content systems: each a function that publishes a content as that system does."""

from collections.abc import Callable

from samples.content import Content
from samples.publishing import Built
from samples.systems import gkmlpt, hanweb, trs, ucap, vsb

SYSTEMS: dict[str, Callable[[Content], Built]] = {
    "gkmlpt": gkmlpt.publish,
    "hanweb": hanweb.publish,
    "trs": trs.publish,
    "ucap": ucap.publish,
    "vsb": vsb.publish,
}
