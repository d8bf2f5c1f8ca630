//! Runs projects alone.

fn main() -> std::process::ExitCode {
    chassis::run(chassis::Config::from_command_line(), &[projects::SERVICE])
}
