/* The executable: a CPython that finds everything it imports in a zip archive at the end of this very file. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <unistd.h>

PyMODINIT_FUNC PyInit__hyprnode_syscalls(void);

static void must(PyStatus status) {
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
}

/* Where we lie. Without /proc, a full path as the first argument will do. */
static const char *ourselves(char **argv, char *room, size_t size) {
    ssize_t length = readlink("/proc/self/exe", room, size - 1);
    if (length >= 0) {
        room[length] = 0;
        return room;
    }
    if (argv[0] && argv[0][0] == '/') return argv[0];
    fputs("hyprnode cannot find its own file: /proc is not mounted, expected it, or to be started by a full path\n", stderr);
    exit(111);
}

int main(int argc, char **argv) {
    char room[4096];
    const char *file = ourselves(argv, room, sizeof room);
    PyImport_AppendInittab("_hyprnode_syscalls", PyInit__hyprnode_syscalls);

    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    must(Py_PreInitialize(&before));

    PyConfig config; /* isolated: no PYTHON* variable, no site, nothing but this file is ever imported from */
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.write_bytecode = 0;
    config.optimization_level = 2;
    config.install_signal_handlers = 1;
    config.parse_argv = 0;
    config.pathconfig_warnings = 0;
    config.module_search_paths_set = 1;
    wchar_t *path = Py_DecodeLocale(file, NULL);
    if (!path) return 111;
    /* By this name it stays what was started, also when an upgrade has put another file in its place. */
    must(PyWideStringList_Append(&config.module_search_paths, access("/proc/self/exe", R_OK) ? path : L"/proc/self/exe"));
    must(PyConfig_SetString(&config, &config.executable, path));
    must(PyConfig_SetString(&config, &config.program_name, path));
    must(PyConfig_SetString(&config, &config.prefix, L"/"));
    must(PyConfig_SetString(&config, &config.exec_prefix, L"/"));
    must(PyConfig_SetString(&config, &config.base_prefix, L"/"));
    must(PyConfig_SetString(&config, &config.base_exec_prefix, L"/"));
    must(PyConfig_SetString(&config, &config.stdlib_dir, L"/"));
    must(PyConfig_SetBytesArgv(&config, argc, argv));
    must(PyConfig_SetString(&config, &config.run_command, L"import _start"));
    must(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
    return Py_RunMain();
}
