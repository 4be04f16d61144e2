"""What can be wrong with certificates."""

from hyprnode.scanners.contract import FindingType
from hyprwire import Severity

EXPIRING = FindingType(
    "tls.expiring",
    "Certificate expires",
    "The certificate at this path ends within HYPRBOX_TLS_WARN_DAYS, or has ended.",
    (Severity.WARN, Severity.CRITICAL),
)
NOT_YET_VALID = FindingType(
    "tls.not_yet_valid",
    "Certificate is not valid yet",
    "The certificate begins in the future: nobody accepts it today.",
    (Severity.CRITICAL,),
)
CHAIN_EXPIRING = FindingType(
    "tls.chain_expiring",
    "Intermediate certificate expires",
    "A certificate between this one and its root ends soon, before this one does, and no other leads there.",
    (Severity.WARN,),
)
KEY_MISMATCH = FindingType(
    "tls.key_mismatch",
    "Certificate and key do not fit",
    "The private key beside the certificate is not its own, so that no server can use the two.",
    (Severity.CRITICAL,),
)
KEY_EXPOSED = FindingType(
    "tls.key_exposed",
    "Private key can be read by others",
    "Every user of the machine may read the private key, or change it.",
    (Severity.CRITICAL,),
)
WEAK = FindingType(
    "tls.weak",
    "Certificate is weak",
    "Its key is too short, or it is signed with MD5 or SHA-1.",
    (Severity.WARN,),
)
RENEWAL_INACTIVE = FindingType(
    "tls.renewal_inactive",
    "Nobody renews the certificates",
    "certbot knows certificates to renew, and neither a timer nor cron runs it.",
    (Severity.WARN,),
)
STALE_SERVED = FindingType(
    "tls.stale_served",
    "Server still shows the old certificate",
    "A newer certificate for this name is on disk than the one that is shown on this port; CRITICAL when the old one "
    "ends within 7 days.",
    (Severity.WARN, Severity.CRITICAL),
)
UNREADABLE = FindingType(
    "tls.unreadable",
    "Certificate cannot be read",
    "What is at this path is no certificate, or cannot be read by the agent.",
    (Severity.INFO,),
)
