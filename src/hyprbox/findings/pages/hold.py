"""What people do with one finding: acknowledge, snooze, take up again, resolve. Each leads back to its page."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from hyprbox.door import TheBox, TheCaller, operator
from hyprbox.errors import Conflict
from hyprbox.findings import store
from hyprbox.findings.model import State
from hyprbox.findings.until import until
from hyprbox.form import TheForm
from hyprbox.look.frame import go


@post("/findings/{finding_id:str}/acknowledgement", guards=[operator], status_code=303)
async def acknowledge(finding_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    now = box.clock.now()
    end = until(form.text("until"), now)
    await box.db.write(store.acknowledge, now, caller.name, finding_id, form.text("reason"), end)
    return go(f"/dashboard/findings/{finding_id}")


@post("/findings/{finding_id:str}/snooze", guards=[operator], status_code=303)
async def snooze(finding_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    now = box.clock.now()
    end = until(form.text("until"), now)
    await box.db.write(store.snooze, now, caller.name, finding_id, form.text("reason"), end)
    return go(f"/dashboard/findings/{finding_id}")


@post("/findings/{finding_id:str}/withdrawal", guards=[operator], status_code=303)
async def take_up_again(finding_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    finding = await box.db.read(store.get, finding_id)
    if finding.state not in store.HELD:
        raise Conflict(f"finding {finding_id} is {finding.state}, expected {' or '.join(store.HELD)}")
    await box.db.write(store.take_up_again, box.clock.now(), caller.name, finding_id, State(finding.state))
    return go(f"/dashboard/findings/{finding_id}")


@post("/findings/{finding_id:str}/resolution", guards=[operator], status_code=303)
async def resolve(finding_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    now = box.clock.now()
    await box.db.write(store.resolve_by_hand, now, caller.name, finding_id, form.text("reason"))
    return go(f"/dashboard/findings/{finding_id}")
