//! How much memory a command may take.

use clap::Args;

use super::value::size;

/// How much memory a command may take.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct MemoryArgs {
    /// Memory that the process should stay under
    #[arg(long, env = "AUDITLAKE_MEMORY_LIMIT", value_name = "SIZE", default_value = "512MiB", value_parser = size, help_heading = "Options")]
    pub(crate) memory_limit: u64,
}

#[cfg(test)]
mod tests {
    use auditlake_pipeline::BackfillOptions;
    use auditlake_pipeline::compact::CompactOptions;
    use auditlake_pipeline::files::LakeOptions;
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        args: MemoryArgs,
    }

    #[test]
    fn the_default_is_the_pipelines() {
        let MemoryArgs { memory_limit } = Only::parse_from(["memory"]).args;
        assert_eq!(memory_limit, BackfillOptions::new("l").memory_limit);
        assert_eq!(memory_limit, CompactOptions::new("l").memory_limit);
        assert_eq!(memory_limit, LakeOptions::new("l").memory_limit);
    }
}
