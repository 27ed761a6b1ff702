//! A page of a collection, as `OData` has it: `{"value":[…],"@odata.nextLink":"…"}`.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A page whose elements are as they came.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) elements: Vec<Box<RawValue>>,
    /// Where the next page is; to be followed as it is.
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
struct WirePage<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Option<String>,
}

/// True for a whole object with a `value` that is an array.
pub(super) fn is_collection(body: &[u8]) -> bool {
    serde_json::from_slice::<WirePage<&RawValue>>(body).is_ok()
}

pub(super) fn read_page(body: &[u8]) -> Page {
    let page = serde_json::from_slice::<WirePage<Box<RawValue>>>(body);
    page.map(|page| Page {
        elements: page.value,
        next: page.next.filter(|next| !next.is_empty()),
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stay_as_they_came() {
        let body =
            br#"{"@odata.context":"c","@odata.nextLink":"n","value":[{"b": 1,"a":2.50}, 3]}"#;
        assert!(is_collection(body));
        let page = read_page(body);
        let elements: Vec<&str> = page.elements.iter().map(|element| element.get()).collect();
        assert_eq!(elements, [r#"{"b": 1,"a":2.50}"#, "3"]);
        assert_eq!(page.next.as_deref(), Some("n"));
    }

    #[test]
    fn what_is_cut_short_or_no_collection_is_no_page() {
        for body in ["", "[]", "{}", r#"{"value":{}}"#, r#"{"value":[{"a":1}"#] {
            assert!(!is_collection(body.as_bytes()), "{body}");
        }
        assert_eq!(read_page(br#"{"value":[]}"#).next, None);
    }
}
