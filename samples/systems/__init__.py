"""The content systems: each a function that publishes a content as that system does."""

from collections.abc import Callable

from samples.content import Content
from samples.publishing import Built
from samples.systems import annual, aspx, gkmlpt, hanweb, jpaas, lonsun, plain, shell, trs, ucap, vsb, xxgkphp

SYSTEMS: dict[str, Callable[[Content], Built]] = {
    "annual": annual.publish,
    "aspx": aspx.publish,
    "gkmlpt": gkmlpt.publish,
    "hanweb": hanweb.publish,
    "jpaas": jpaas.publish,
    "lonsun": lonsun.publish,
    "plain": plain.publish,
    "shell": shell.publish,
    "trs": trs.publish,
    "ucap": ucap.publish,
    "vsb": vsb.publish,
    "xxgkphp": xxgkphp.publish,
}
