"""The closed lists of what a request can come to, and of what an answer is."""

OUTCOMES: dict[str, str] = {
    "ok": "取得",
    "unchanged": "未变化",
    "redirect": "转向",
    "gone": "已不存在（404、410）",
    "soft_404": "以 200 返回的“页面不存在”",
    "robots": "robots.txt 不允许",
    "refused": "拒绝访问（401、403）",
    "challenge": "人机验证",
    "throttled": "要求放慢（429、503）",
    "server_error": "服务器出错",
    "client_error": "其他 4xx",
    "timeout": "超时",
    "dns": "域名无法解析",
    "tls": "加密连接失败",
    "unreachable": "无法连接",
    "too_large": "超过大小上限",
    "truncated": "传输中断，内容不全",
    "wrong_type": "内容与文件类型不符",
    "bad_answer": "不是可读的 HTTP 应答",
}
"""Outcome of a request → how a person is told."""

REFUSALS = frozenset({"robots", "refused", "challenge", "throttled"})
"""The site said no: respected, never worked around."""

FAILURES = frozenset(
    {"server_error", "client_error", "timeout", "dns", "tls", "unreachable", "too_large", "truncated", "bad_answer"}
)
"""Nothing was refused, and still nothing was had."""

KINDS = frozenset({"report", "attachment", "roster", "page", "robots", "other"})
"""What an answer is: a report, a file holding the body of one, a list of who must publish (公布情况), a page on the
way, robots.txt, or anything else."""

TRANSPORTS: dict[str, str] = {
    "old-tls": "旧的加密方式（TLS 1.0 起，不支持安全重协商的服务器）",
    "any-certificate": "不核对证书（过期、自签、域名不符）",
    "http-only": "只用 http（https 打不开）",
}
"""What a site's row may allow its own host, which the default does not → how a person is told (platforms.md §11)."""
