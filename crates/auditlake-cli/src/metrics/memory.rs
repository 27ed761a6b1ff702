//! What the process takes of the machine's memory.

use std::str::FromStr;

/// Bytes that are resident; none where the system has no `/proc`.
pub(super) fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    in_status(&status)
}

/// The line `VmRSS:  1234 kB` of `proc_pid_status(5)`.
fn in_status(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim();
    Some(f64::from(u32::from_str(kibibytes).ok()?) * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_a_line_of_the_status() {
        let status = "Name:\tauditlake\nVmHWM:\t    9000 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(in_status(status), Some(2_097_152.0));
        assert_eq!(in_status("Name:\tauditlake\n"), None);
    }
}
