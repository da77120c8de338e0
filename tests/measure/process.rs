//! What `/proc` shows of processes. Nothing if there is no `/proc`.

use std::fs;

/// Returns a figure of `/proc/<pid>/status`, in KiB: `VmRSS` is the current memory, `VmHWM` the maximum so far.
pub(crate) fn status_kib(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Returns the processes of a function, by its physical name, which the runtime passes to each as a variable.
pub(crate) fn of_function(function: &str) -> Vec<u32> {
    let variable = format!("AWS_LAMBDA_FUNCTION_NAME={function}");
    let is_its = |pid: &u32| {
        // The emulator forks before it executes the function. Only the latter counts.
        let executes = fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe.ends_with("bootstrap"));
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        executes && environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_its).collect()
}
