//! The command `auditlake`; everything is in the library.

/// A seventh faster than the C library's where many threads make and drop columns
/// (`docs/adr/0029-batches-of-a-class.md`).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    auditlake_cli::main()
}
