//! Which content types: a flag of all commands that can do with some of the five.

use auditlake_pipeline::ContentType;
use clap::Args;

/// Which content types.
#[derive(Debug, Clone, Args)]
pub(crate) struct ContentTypeArgs {
    /// Content type, repeated for more [default: all five]
    #[arg(
        long = "content-type",
        env = "AUDITLAKE_CONTENT_TYPE",
        value_name = "TYPE",
        value_delimiter = ',',
        help_heading = "Options"
    )]
    pub(crate) named: Vec<ContentType>,
}

impl ContentTypeArgs {
    /// Each once, however often it was named; all when none was.
    pub(crate) fn each(&self) -> Vec<ContentType> {
        each(&self.named)
    }
}

/// Each of these once; all when there are none.
pub(crate) fn each(named: &[ContentType]) -> Vec<ContentType> {
    let wanted = |content_type: &ContentType| named.is_empty() || named.contains(content_type);
    ContentType::ALL.into_iter().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_is_read_once() {
        assert_eq!(each(&[]), ContentType::ALL);
        assert_eq!(
            each(&[ContentType::Dlp, ContentType::Dlp]),
            [ContentType::Dlp]
        );
    }
}
