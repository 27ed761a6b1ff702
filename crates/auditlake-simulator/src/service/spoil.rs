//! Faults put into practice.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::quota::{NO_PUBLISHER, method_name};
use super::reply::{Cut, Reply};
use super::subscriptions::{disabled, too_frequent};
use super::token::missing_permission;
use super::{Call, Service, graph};
use crate::catalogue::records_of;
use crate::content::array_of;
use crate::faults::{Fault, Operation};
use crate::members::Members;

/// The reply that a fault gives in place of the service's.
pub(super) fn instead(fault: &Fault, call: &Call) -> Option<Reply> {
    let method = call.route.operation.map_or("", method_name);
    let publisher = call
        .query
        .get("PublisherIdentifier")
        .unwrap_or(NO_PUBLISHER);
    if let Some(reply) = graph_instead(fault, call) {
        return Some(reply);
    }
    match fault {
        Fault::Status(status, body) if body.starts_with('<') => {
            Some(Reply::new(*status, "text/html", body.clone()))
        }
        Fault::Status(status, body) => Some(Reply::json_text(*status, body.clone())),
        Fault::Throttle403 => Some(Reply::throttled_403(method, publisher)),
        Fault::Throttle429 { retry_after } => {
            Some(Reply::throttled_429(method, publisher, *retry_after))
        }
        Fault::ThrottleStart { wait } => Some(too_frequent(
            SignedDuration::try_from(*wait).unwrap_or_default(),
        )),
        Fault::StaleToken => Some(Reply::unauthorized()),
        Fault::SubscriptionDisabled => Some(disabled()),
        Fault::MissingPermission => Some(missing_permission()),
        Fault::NotFound => Some(not_found(call)),
        Fault::Expired => Some(expired(
            call.route.content_id.as_deref().unwrap_or_default(),
        )),
        _ => None,
    }
}

/// The same for Microsoft Graph, where it has words of its own.
fn graph_instead(fault: &Fault, call: &Call) -> Option<Reply> {
    let is_graph = call.route.operation.is_some_and(Operation::is_graph);
    match fault {
        _ if !is_graph => None,
        Fault::Throttle429 { retry_after } => Some(graph::throttled(*retry_after)),
        Fault::StaleToken => Some(graph::unauthorized()),
        Fault::MissingPermission => Some(graph::forbidden()),
        Fault::NotFound => Some(graph::not_found("The resource does not exist.")),
        _ => None,
    }
}

/// The service's reply, as a fault leaves it. Only a good answer is changed.
pub(super) fn afterwards(
    fault: Option<&Fault>,
    reply: Reply,
    call: &Call,
    service: &Service,
) -> Reply {
    if reply.status != 200 {
        return reply;
    }
    match fault {
        Some(Fault::ForeignContentUri(origin)) => foreign_content(reply, &service.origin, origin),
        Some(Fault::ForeignNextPage(origin)) => foreign_page(reply, &service.origin, origin),
        Some(Fault::DuplicateBlob) => twice(reply),
        Some(Fault::OverlapPages(count)) => overlapping(reply, *count, call, service),
        Some(Fault::Body(body)) => Reply {
            body: body.clone().into(),
            ..reply
        },
        Some(Fault::RepeatRecords(count)) => repeat(reply, *count, call, service),
        Some(Fault::RepeatWithin(count)) => {
            let own = records_of(&reply.body);
            with_repeated(reply, own.into_iter().take(*count))
        }
        _ => reply,
    }
}

/// Whether the fault cuts the connection.
pub(super) fn cut(fault: Option<&Fault>) -> Cut {
    match fault {
        Some(Fault::CutBody) => Cut::Half,
        Some(Fault::Reset) => Cut::Everything,
        Some(Fault::Trickle(time)) => Cut::Slow(*time),
        _ => Cut::No,
    }
}

pub(super) fn not_found(call: &Call) -> Reply {
    let id = call.route.content_id.as_deref().unwrap_or_default();
    Reply::refused(
        "AF20050",
        format!("The specified content ({id}) does not exist."),
    )
}

pub(super) fn expired(content_id: &str) -> Reply {
    let message = format!(
        "Content requested with the key {content_id} has already expired. Content older than 7 days cannot be retrieved."
    );
    Reply::refused("AF20051", message)
}

fn foreign_content(reply: Reply, own: &str, foreign: &str) -> Reply {
    edit_items(reply, |item| {
        let uri = item
            .get("contentUri")
            .and_then(Value::as_str)
            .map(|uri| uri.replacen(own, foreign, 1));
        if let (Some(uri), Some(members)) = (uri, item.as_object_mut()) {
            members.insert("contentUri".into(), json!(uri));
        }
        vec![item.take()]
    })
}

/// Graph has the address in the body, of which it is the only part that is replaced.
fn foreign_page(mut reply: Reply, own: &str, foreign: &str) -> Reply {
    let link = |origin: &str| format!(r#""@odata.nextLink":"{origin}/"#);
    let body = String::from_utf8_lossy(&reply.body);
    reply.body = body.replacen(&link(own), &link(foreign), 1).into();
    for (_, value) in reply
        .headers
        .iter_mut()
        .filter(|(name, _)| *name == super::content::NEXT_PAGE)
    {
        *value = value.replacen(own, foreign, 1);
    }
    reply
}

fn twice(reply: Reply) -> Reply {
    edit_items(reply, |item| vec![item.clone(), item.take()])
}

fn edit_items(reply: Reply, edit: impl FnMut(&mut Value) -> Vec<Value>) -> Reply {
    let mut items: Vec<Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
    let items: Vec<Value> = items.iter_mut().flat_map(edit).collect();
    Reply {
        body: json!(items).to_string().into(),
        ..reply
    }
}

/// The page with the last blobs of the page before it in front.
fn overlapping(reply: Reply, count: usize, call: &Call, service: &Service) -> Reply {
    let mut items = service.end_of_page_before(call, count);
    let own: Vec<Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
    items.extend(own);
    Reply {
        body: json!(items).to_string().into(),
        ..reply
    }
}

fn repeat(reply: Reply, count: usize, call: &Call, service: &Service) -> Reply {
    let earlier = call.route.content_id.as_deref().and_then(|id| {
        let tenant = service.tenant(&call.route.tenant_id)?;
        let entry = tenant.catalogue.before(id)?;
        // Else what can never be had could be had after all.
        (!service.is_lost(tenant, entry)).then(|| records_of(&entry.body()))
    });
    with_repeated(reply, earlier.unwrap_or_default().into_iter().take(count))
}

/// The blob with these records behind its own, their members in the opposite order.
fn with_repeated(reply: Reply, repeated: impl Iterator<Item = String>) -> Reply {
    let reordered = repeated.filter_map(|record| Some(Members::parse(&record).ok()?.reversed()));
    let mut records = records_of(&reply.body);
    let own = records.len();
    records.extend(reordered);
    if records.len() == own {
        // What is no array stays as it is.
        return reply;
    }
    Reply {
        body: array_of(&records).into(),
        ..reply
    }
}
