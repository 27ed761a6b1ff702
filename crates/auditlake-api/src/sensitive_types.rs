//! Names of the sensitive types that records of data loss prevention mention by GUID alone.

use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde::Serialize;
use serde_json::Value;

use crate::client::Client;
use crate::error::{Context, Error, ErrorKind, Operation};
use crate::listing::{is_json_array, text};
use crate::transport::Call;

/// A sensitive type and its name.
///
/// Source: Microsoft, Office 365 Management Activity API reference, section "Retrieve resource friendly names".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SensitiveType {
    /// The GUID that records name.
    pub id: String,
    /// The name in the language asked for.
    pub name: String,
}

impl Client {
    /// The sensitive types, with names in one language such as `en-US`, which is also the service's default.
    ///
    /// Elements without id or name are left out. [`ErrorKind::BadRequest`] for a text that is no single language tag
    /// (AF20053, AF20054); nothing is sent then.
    pub async fn sensitive_types(
        &self,
        language: Option<&str>,
    ) -> Result<Vec<SensitiveType>, Error> {
        let context = Context::new(Operation::ListSensitiveTypes);
        if let Some(language) = language.filter(|language| !is_tag(language)) {
            let message = format!("`{language}` is not one language tag such as `en-US`");
            return Err(context.error(ErrorKind::BadRequest, message));
        }
        let call = Call {
            method: Method::GET,
            url: self
                .transport()
                .config
                .feed_url("resources/dlpSensitiveTypes")?,
            header: language.map(|language| (ACCEPT_LANGUAGE, language.to_owned())),
            body: None,
            context,
            is_whole: is_json_array,
        };
        Ok(read(&self.transport().call(call).await?.body))
    }
}

fn is_tag(language: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    language.split('-').all(is_part)
}

fn read(body: &[u8]) -> Vec<SensitiveType> {
    let elements: Vec<Value> = serde_json::from_slice(body).unwrap_or_default();
    let member = |element: &Value, name| text(element.get(name)?);
    elements
        .iter()
        .filter_map(|element| {
            Some(SensitiveType {
                id: member(element, "id")?,
                name: member(element, "name")?,
            })
        })
        .collect()
}
