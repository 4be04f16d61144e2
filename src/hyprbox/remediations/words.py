"""What is said of a verdict."""

from hyprbox.remediations.model import Remediation, Verdict
from hyprbox.sign import Sign

AT_WORK = Sign("act", "running", "At work")
VERDICTS = {
    Verdict.VERIFIED_FIXED: Sign("ok", "verified", "Verified fixed"),
    Verdict.NOT_FIXED: Sign("crit", "failed", "Not fixed"),
    Verdict.NEEDS_REBOOT: Sign("warn", "again", "Needs a restart"),
    Verdict.REFUSED: Sign("warn", "refused", "Refused"),
    Verdict.ROLLED_BACK: Sign("warn", "rolled", "Taken back"),
    Verdict.FAILED: Sign("crit", "failed", "Failed"),
    Verdict.UNVERIFIED: Sign("idle", "lost", "Not proven"),
    Verdict.REGRESSED: Sign("crit", "rolled", "Came back"),
}


def sign(fix: Remediation) -> Sign:
    return VERDICTS[Verdict(fix.verdict)] if fix.verdict else AT_WORK
