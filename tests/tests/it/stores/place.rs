//! A lake's address, and the variables that its users would set.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};
use auditlake_parquet::Lake;

/// Where a lake is, and how it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) url: String,
    variables: Vec<(String, String)>,
}

impl Place {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            variables: Vec::new(),
        }
    }

    /// With a variable, instead of what it was.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let mut place = self.without(name);
        place.variables.push((name.to_owned(), value.to_owned()));
        place
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// The values of variables that nobody should see.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secret = |name: &str| {
            ["SECRET", "_KEY", "TOKEN"]
                .iter()
                .any(|word| name.contains(word))
        };
        let secrets = self.variables.iter().filter(move |(name, _)| secret(name));
        secrets
            .filter(|(name, _)| name != "AWS_ACCESS_KEY_ID")
            .map(|(_, value)| value.as_str())
    }

    /// The same store, at another address.
    pub(crate) fn at(self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self
        }
    }

    /// Opens it as a program with these variables would.
    pub(crate) fn lake(&self) -> Result<Lake> {
        let variables = self.variables.iter();
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        Ok(Lake::open_with(
            &self.url,
            variables.collect::<Vec<(OsString, OsString)>>(),
        )?)
    }

    /// Gives a program these variables, and none of the platforms' that we happen to have.
    pub(crate) fn environment(&self, command: &mut Command) {
        const PLATFORMS: [&str; 4] = ["AWS_", "AZURE_", "AZURITE_", "GOOGLE_"];
        for (name, _) in std::env::vars_os() {
            let known = |prefix: &&str| name.to_string_lossy().starts_with(*prefix);
            if PLATFORMS.iter().any(known) {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// The address of an emulator. A test without it fails: one that is left out would read as passed.
pub(crate) fn emulator(variable: &str) -> Result<String> {
    std::env::var(variable)
        .with_context(|| format!("{variable} is not set: run the tests by `cargo xtask test`"))
}

/// A name that no other test has, fit for a bucket.
pub(crate) fn unique_name() -> String {
    format!("lake-{}", uuid::Uuid::now_v7())
}
