/* What hyprnode/foreign.py does through ctypes, which this Python does not have; and what only one file can. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/timex.h>
#include <unistd.h>

extern const char __executable_start[], etext[]; /* the linker's */

static PyObject *answer(int result) {
    if (result != 0) return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static PyObject *call_prctl(PyObject *module, PyObject *args) {
    int option;
    unsigned long value;
    if (!PyArg_ParseTuple(args, "ik", &option, &value)) return NULL;
    return answer(prctl(option, value, 0, 0, 0));
}

static PyObject *call_fallocate(PyObject *module, PyObject *args) {
    int fd, mode;
    long long start, length;
    if (!PyArg_ParseTuple(args, "iiLL", &fd, &mode, &start, &length)) return NULL;
    return answer(fallocate(fd, mode, start, length));
}

static PyObject *call_adjtimex(PyObject *module, PyObject *args) {
    struct timex clock = {0};
    if (adjtimex(&clock) < 0) return PyErr_SetFromErrno(PyExc_OSError);
    return Py_BuildValue("il", clock.status, (long)clock.maxerror);
}

/* Pages of our file that were mapped, whole neighbourhoods at a time, and are mapped again by the next who needs them.
   Whole pages of what nobody writes: of others we would lose what was written. */
static PyObject *call_let_go_of_code(PyObject *module, PyObject *none) {
    uintptr_t page = sysconf(_SC_PAGESIZE), start = (uintptr_t)__executable_start, end = (uintptr_t)etext & ~(page - 1);
    return answer(madvise((void *)start, end - start, MADV_DONTNEED));
}

static PyMethodDef methods[] = {
    {"prctl", call_prctl, METH_VARARGS, NULL},
    {"fallocate", call_fallocate, METH_VARARGS, NULL},
    {"adjtimex", call_adjtimex, METH_NOARGS, NULL},
    {"let_go_of_code", call_let_go_of_code, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_hyprnode_syscalls", NULL, -1, methods};

PyMODINIT_FUNC PyInit__hyprnode_syscalls(void) {
    return PyModule_Create(&definition);
}
