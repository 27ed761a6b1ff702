//! Files of records, as commands are given them.

use std::path::{Path, PathBuf};

use auditlake_pipeline::files::Input;

use crate::exit::Usage;

/// The inputs that arguments name.
pub(super) fn inputs(arguments: &[PathBuf]) -> Result<Vec<Input>, Usage> {
    let expanded = arguments.iter().map(|argument| expanded(argument));
    Ok(expanded.collect::<Result<Vec<_>, _>>()?.concat())
}

/// What an argument names: itself, or the files that a pattern matches where no file has its name.
fn expanded(argument: &Path) -> Result<Vec<Input>, Usage> {
    let pattern = argument
        .to_str()
        .filter(|text| text.contains(['*', '?', '[']));
    let Some(pattern) = pattern.filter(|_| !argument.exists()) else {
        return Ok(vec![Input::from_arg(argument)]);
    };
    let unusable = |error: &dyn std::fmt::Display| Usage::new(format!("`{pattern}`: {error}"));
    let mut inputs = Vec::new();
    for path in glob::glob(pattern).map_err(|error| unusable(&error))? {
        let path = path.map_err(|error| unusable(&error))?;
        if path.is_file() {
            inputs.push(Input::File(path));
        }
    }
    if inputs.is_empty() {
        return Err(Usage::new(format!("no file matches `{pattern}`")));
    }
    Ok(inputs)
}
