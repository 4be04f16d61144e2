"""A job once more, whatever it ran; and what a preset did, taken back."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from hyprbox.door import TheBox, TheCaller, operator
from hyprbox.form import TheForm
from hyprbox.look.frame import go
from hyprbox.presets.api import run_again, take_back


@post("/jobs/{job_id:str}/rerun", guards=[operator], status_code=303)
async def rerun(job_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    return go(f"/dashboard/jobs/{(await run_again(box, caller, job_id, form)).id}")


@post("/jobs/{job_id:str}/reversal", guards=[operator], status_code=303)
async def reverse(job_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    return go(f"/dashboard/jobs/{(await take_back(box, caller, job_id, form)).id}")
