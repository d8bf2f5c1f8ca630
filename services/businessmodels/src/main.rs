//! Runs business models alone.

fn main() -> std::process::ExitCode {
    chassis::run(chassis::Config::from_command_line(), &[businessmodels::SERVICE])
}
