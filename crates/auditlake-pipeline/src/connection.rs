//! A named way into one tenant.

use auditlake_api::ClientConfig;

use crate::error::Error;

/// A named way into one tenant.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Name: `[A-Za-z0-9._-]`, part of paths in the ledger.
    pub name: String,
    /// How to reach the service.
    pub client: ClientConfig,
}

impl Connection {
    /// A connection; without a name it has its tenant id's.
    ///
    /// Fails when the name has other characters than `[A-Za-z0-9._-]`, is empty, or starts with a dot.
    pub fn new(name: Option<String>, client: ClientConfig) -> Result<Self, Error> {
        let name = name.unwrap_or_else(|| client.tenant_id.clone());
        check_name(&name)?;
        Ok(Self { name, client })
    }
}

/// Whether a name is fit for a path in every store.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(fit) {
        return Err(Error::Config(format!(
            "`{name}` is not a connection name: letters, digits, `.`, `_` and `-` are allowed, and no dot at the start"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn a_name_is_fit_for_a_path() {
        for good in ["contoso", "a.b_c-1", "11111111-2222-3333-4444-555555555555"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", ".hidden", "a/b", "a b", "ä", "a\\b"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
