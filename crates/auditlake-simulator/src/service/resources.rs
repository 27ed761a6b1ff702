//! Friendly names.

use serde_json::json;

use super::Call;
use super::reply::Reply;

/// A few sensitive information types, and the empty object that ends the documentation's sample.
pub(super) fn sensitive_types(call: &Call) -> Result<Reply, Reply> {
    let language = call
        .headers
        .get("accept-language")
        .and_then(|value| value.to_str().ok());
    if language.is_some_and(|value| value.contains(',')) {
        return Err(Reply::refused(
            "AF20053",
            "Only one language may be present in the Accept-Language header.",
        ));
    }
    Ok(Reply::json(
        200,
        &json!([
            {"id": "50842eb7-edc8-4019-85dd-5a5c1f2bb085", "name": "Credit Card Number"},
            {"id": "a44669fe-0d48-453d-a9b1-2cc83f2cba77", "name": "U.S. Social Security Number (SSN)"},
            {"id": "e7dc4711-11b7-4cb0-b88b-2c394a771f0e", "name": "International Banking Account Number (IBAN)"},
            {},
        ]),
    ))
}
