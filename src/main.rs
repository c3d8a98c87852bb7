use std::process::ExitCode;

fn main() -> ExitCode {
    g1::evidence::sandbox::main_if_child();
    g1::evidence::sandbox::harden_this_process();
    g1::allocator::give_back();
    g1::hub::store::helper::main_if_child();
    g1::import::main_if_child();
    g1::cli::main(std::env::args_os())
}
