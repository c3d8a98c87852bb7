//! How the allocator of the C library treats a process that runs for a long time.

/// Makes it give memory back, where it is the one of glibc.
///
/// sled asks for six megabytes of zeroes when it opens a store, and uses few of them. Asked for from the kernel they cost
/// nothing until they are touched; but glibc takes ever larger blocks from its arenas instead once one was freed, clears
/// them, and keeps an arena for almost every thread. A hundred runs in one process then hold 2 to 5 MB each, and the next
/// hundred as much again.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        set(libc::M_MMAP_THRESHOLD, 128 << 10);
        set(libc::M_ARENA_MAX, 2);
    }
}

/// No safe crate offers this setting.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn set(parameter: libc::c_int, value: libc::c_int) {
    // SAFETY: it takes two numbers, keeps no reference, and locks the arena itself; a value it refuses changes nothing.
    unsafe { libc::mallopt(parameter, value) };
}
