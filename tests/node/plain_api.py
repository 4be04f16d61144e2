"""An API that knows only what the original agent's description says: no hints, no offsets, no offers, no `Prefer`."""

from tests.node.far_end import EMPTY, FarEnd, Reply


class PlainApi(FarEnd):
    def __init__(self, tls=None):
        super().__init__(tls)
        self.queue = []
        self.output = {}
        self.completed = {}

    def run(self, script, job_id="job-1", **more):
        """Queues a job."""
        self.queue.append({"id": job_id, "script": script, **more})

    def ended(self, job_id="job-1"):
        """How a job ended, when it has."""
        return self.wait_for(lambda: self.completed.get(job_id))

    def answer(self, call):
        match call.route:
            case "heartbeat" | "findings":
                return Reply(value={})
            case "pending":
                return Reply(value=self.queue.pop(0) if self.queue else None)
            case "output":
                self.output[call.job] = self.output.get(call.job, "") + call.body["output"]
                return EMPTY
            case "complete":
                self.output[call.job] = self.output.get(call.job, "") + call.body["output"]
                self.completed[call.job] = call.body
                return EMPTY
        return Reply(404, {"error": "Not Found"})
