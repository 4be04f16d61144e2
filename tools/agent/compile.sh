#!/bin/bash
# compile.sh TARGET SOURCES WORK ZIG [BUILD_PYTHON]: zlib, OpenSSL and CPython, linked statically against musl.
#
# TARGET is x86_64 or aarch64; SOURCES holds python/, openssl/ and zlib/; ZIG is the compiler's command. Leaves
# WORK/runtime, an executable that waits for an archive at its end, and WORK/home, the same CPython for the build
# machine to make archives with. Nothing of where, when and by whom it is built may get into them.
set -euo pipefail
target=$1 sources=$2 work=$3 zig=$4 build_python=${5:-}
here=$(cd "$(dirname "$0")" && pwd)
umask 022
export SOURCE_DATE_EPOCH=1735689600 LC_ALL=C TZ=UTC ZIG_GLOBAL_CACHE_DIR=$work/zig ZIG_LOCAL_CACHE_DIR=$work/zig
jobs=$(nproc)

wrap() { # wrap NAME WORDS...: a compiler is one word for every configure there is
  printf '#!/bin/sh\nexec %s\n' "${*:2}" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}
mkdir -p "$work/bin"
cd "$work"
wrap cc "$zig cc -target $target-linux-musl \"\$@\" -Wno-date-time"
wrap ar "$zig ar \"\$@\""
wrap ranlib "$zig ranlib \"\$@\""
export PATH=$work/bin:$PATH CC=cc AR=ar RANLIB=ranlib

# Small, without what unwinding needs; every function a section of its own, so that the linker can leave it out.
small="-Os -ffunction-sections -fdata-sections -fno-sanitize=all -fno-asynchronous-unwind-tables -fno-unwind-tables"
small="$small -fstack-protector-strong -g0 -ffile-prefix-map=$work=/hyprnode"

build_zlib() {
  cp -r "$sources/zlib/." zlib
  cd zlib
  CFLAGS=$small ./configure --static --prefix="$work/installed"
  make -j"$jobs" libz.a
  make install
}

build_openssl() {
  cp -r "$sources/openssl/." openssl
  cd openssl
  # shellcheck disable=SC2046,SC2086  # many words each
  ./Configure "linux-$target" --prefix=/usr --libdir=lib --openssldir=/etc/ssl no-shared \
    $(sed 's/#.*//; s/\S\+/no-&/g' "$here/openssl-without") $small
  # It keeps the compiler's command line in it, with our paths.
  sed -i "s#\$(CC) \$(LIB_CFLAGS) \$(CPPFLAGS_Q)#zig cc#" Makefile
  make -j"$jobs" build_libs
  make install_dev DESTDIR="$work/openssl-installed"
}

build_python() {
  cp -r "$sources/python/." python
  cd python
  local module cross=()
  # shellcheck disable=SC2013  # words are what it has
  for module in $(sed 's/#.*//' "$here/modules-without"); do export "py_cv_module_$module=n/a"; done
  if [ -n "$build_python" ]; then
    cross=(--host="$target-linux-musl" --build=x86_64-linux-gnu --with-build-python="$build_python")
    cross+=(ac_cv_buggy_getaddrinfo=no) # what it cannot try out
  fi
  # The stack of a thread is small with musl, and CPython counts on more.
  export MODULE_BUILDTYPE=static LINKFORSHARED=" " CFLAGS="$small -DTHREAD_STACK_SIZE=0x100000" OPT="-DNDEBUG -fwrapv"
  export LDFLAGS="-static -s -Wl,--gc-sections -L$work/installed/lib" CPPFLAGS="-I$work/installed/include"
  export PKG_CONFIG=false # it would find the build machine's libraries
  export ZLIB_CFLAGS="-I$work/installed/include" ZLIB_LIBS="-L$work/installed/lib -lz"
  ./configure "${cross[@]}" --prefix=/usr --disable-shared --without-ensurepip --disable-test-modules \
    --with-openssl="$work/openssl-installed/usr" --without-doc-strings --without-readline --without-mimalloc \
    --with-builtin-hashlib-hashes=blake2 ac_cv_file__dev_ptmx=yes ac_cv_file__dev_ptc=no
  make -j"$jobs" python
  link_runtime
}

link_runtime() {
  local source
  for source in launcher syscalls; do
    # shellcheck disable=SC2086  # many words
    cc -c $small -IInclude -I. -o "$source.o" "$here/$source.c"
  done
  touch Programs/python.c
  make -n python | grep -e '-o python ' | tail -1 |
    sed 's#-o python Programs/python.o#-o ../runtime launcher.o syscalls.o#' >link.sh
  sh -e link.sh
  mkdir -p ../home/bin ../home/lib
  cp python ../home/bin/python3.13
  cp -r Lib ../home/lib/python3.13
  mkdir -p ../home/lib/python3.13/lib-dynload
}

# No `||` behind a step: within one, bash would go on after a failure.
step=zlib
trap '[ $? = 0 ] || tail -20 "$work/$step.log"' EXIT
(build_zlib) >zlib.log 2>&1
step=openssl
(build_openssl) >openssl.log 2>&1
step=python
(build_python) >python.log 2>&1
