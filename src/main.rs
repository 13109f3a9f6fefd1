//! The program: a runtime, and the command line on it.

use std::process::ExitCode;
use std::time::Duration;

use mimalloc::MiMalloc;
use tokio::runtime::Builder;

/// An operation makes hundreds of short-lived allocations: the C library's allocator took an
/// eighth of the server's time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Resolvers nest deeply; the default of 2 MiB is too little for debug builds.
const STACK: usize = 8 << 20;
/// For what blocks and does not end, such as a question on the terminal.
const PATIENCE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let runtime = match Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("error: cannot start: {e}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(taruvi::cli::run());
    runtime.shutdown_timeout(PATIENCE);
    code
}
