/* What hyprnode/foreign.py does through ctypes, which this Python does not have. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/timex.h>

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

static PyMethodDef methods[] = {
    {"prctl", call_prctl, METH_VARARGS, NULL},
    {"fallocate", call_fallocate, METH_VARARGS, NULL},
    {"adjtimex", call_adjtimex, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_hyprnode_syscalls", NULL, -1, methods};

PyMODINIT_FUNC PyInit__hyprnode_syscalls(void) {
    return PyModule_Create(&definition);
}
