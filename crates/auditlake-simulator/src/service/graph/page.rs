//! Pages of a collection.

use serde_json::json;

use super::bad_request;
use crate::service::reply::Reply;
use crate::service::{Call, Service};

impl Service {
    /// The page of a collection that is asked for; its elements are JSON texts, put in as they are. The address of the
    /// next page is the request's own with another token.
    pub(super) fn collection<'a>(
        &self,
        call: &Call,
        page_size: usize,
        elements: impl Iterator<Item = std::borrow::Cow<'a, str>>,
    ) -> Result<Reply, Reply> {
        let offset = offset(call)?;
        let mut left = elements.skip(offset);
        let page: Vec<_> = left.by_ref().take(page_size.max(1)).collect();
        let context = json!(format!("{}/graph/v1.0/$metadata", self.origin));
        let next = left.next().map_or_else(String::new, |_| {
            let token = format!("{:08x}", offset + page.len());
            let mut pairs: Vec<_> = call.query.pairs().to_vec();
            pairs.retain(|(name, _)| name != SKIP_TOKEN);
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .append_pair(SKIP_TOKEN, &token)
                .finish();
            let next = json!(format!("{}{}?{query}", self.origin, call.path));
            format!(r#""@odata.nextLink":{next},"#)
        });
        let body = format!(
            r#"{{"@odata.context":{context},{next}"value":[{}]}}"#,
            page.join(",")
        );
        Ok(Reply::json_text(200, body))
    }
}

const SKIP_TOKEN: &str = "$skiptoken";

fn offset(call: &Call) -> Result<usize, Reply> {
    let Some(token) = call.query.get(SKIP_TOKEN) else {
        return Ok(0);
    };
    usize::from_str_radix(token, 16).map_err(|_| bad_request("The skip token is not valid."))
}
