"""The shapes of ids, as regular expressions for the whole of one."""

CUSTOMER_ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
CONTACT_ID = "con_[0-9a-hjkmnp-tv-z]{20}"
NOTICE_ID = "ntc_[0-9a-hjkmnp-tv-z]{22}"
VERIFICATION_ID = "ver_[0-9a-hjkmnp-tv-z]{22}"
APPROVAL_ID = "apr_[0-9a-hjkmnp-tv-z]{22}"
AUTO_CONNECT_ID = "act_[0-9a-hjkmnp-tv-z]{20}"
BRANCH_PASSWORD_ID = "bpw_[0-9a-hjkmnp-tv-z]{22}"  # noqa: S105 - a shape, not a password
