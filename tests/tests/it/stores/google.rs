//! Google Cloud Storage: no emulator that we found speaks the XML interface, so this stand-in is
//! ours, after Google's documentation of it. It shows that we use the interface as we read it, not
//! that Google does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio_util::task::AbortOnDropHandle;

use super::place::Place;

const BUCKET: &str = "lake";
const TOKEN: &str = "a-token-of-nothing";
/// Objects in an answer to a list: few, so that there are several.
const PAGE: usize = 3;
const GENERATION: &str = "x-goog-generation";
const WANTED_GENERATION: &str = "x-goog-if-generation-match";

type Objects = BTreeMap<String, (u64, Bytes)>;
type Parameters = BTreeMap<String, String>;

/// What the stand-in has and refuses.
#[derive(Debug, Default)]
struct Bucket {
    objects: Mutex<Objects>,
    /// A method that nobody may use; `None` for lists.
    denied: Option<Denied>,
}

/// What the credentials of a bucket do not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    Create,
    Read,
    List,
    Delete,
    /// Nothing, but what is written is not protected: preconditions are ignored.
    Preconditions,
}

/// A running stand-in with an empty bucket. It ends when this is dropped.
pub(crate) struct Google {
    pub(crate) place: Place,
    _server: AbortOnDropHandle<()>,
}

impl Google {
    pub(crate) async fn start() -> Result<Self> {
        Self::serve(Bucket::default()).await
    }

    /// One whose credentials do not allow something.
    pub(crate) async fn denying(denied: Denied) -> Result<Self> {
        Self::serve(Bucket {
            denied: Some(denied),
            ..Bucket::default()
        })
        .await
    }

    async fn serve(bucket: Bucket) -> Result<Self> {
        let bucket = Arc::new(bucket);
        let objects = get(read).put(create).delete(delete);
        let app = Router::new()
            .route(&format!("/{BUCKET}"), get(list))
            .route(&format!("/{BUCKET}/{{*object}}"), objects)
            .fallback(async || refusal(StatusCode::NOT_FOUND, "NoSuchBucket"))
            .layer(from_fn_with_state(Arc::clone(&bucket), authorize))
            .with_state(bucket);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let serving = async move { axum::serve(listener, app).await.unwrap_or_default() };
        let place = Place::new(format!("gs://{BUCKET}/security/lake"))
            .with("GOOGLE_BASE_URL", &address)
            .with("GOOGLE_ALLOW_HTTP", "true")
            .with("GOOGLE_BEARER_TOKEN", TOKEN);
        Ok(Self {
            place,
            _server: AbortOnDropHandle::new(tokio::spawn(serving)),
        })
    }
}

impl Bucket {
    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn authorize(State(bucket): State<Arc<Bucket>>, request: Request, next: Next) -> Response {
    let authorization = request.headers().get(header::AUTHORIZATION);
    if authorization.is_none_or(|given| *given != format!("Bearer {TOKEN}")) {
        return refusal(StatusCode::UNAUTHORIZED, "AuthenticationRequired");
    }
    let listing = request.uri().path() == format!("/{BUCKET}");
    let asked = match *request.method() {
        Method::PUT => Denied::Create,
        Method::DELETE => Denied::Delete,
        _ if listing => Denied::List,
        _ => Denied::Read,
    };
    if bucket.denied == Some(asked) {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied");
    }
    next.run(request).await
}

async fn create(
    State(bucket): State<Arc<Bucket>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut objects = bucket.objects();
    let there = objects.get(&name).map_or(0, |(generation, _)| *generation);
    let wanted = headers
        .get(WANTED_GENERATION)
        .filter(|_| bucket.denied != Some(Denied::Preconditions));
    if wanted.is_some_and(|wanted| *wanted != there.to_string()) {
        return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    objects.insert(name, (there + 1, body));
    tags(there + 1).into_response()
}

async fn read(
    State(bucket): State<Arc<Bucket>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((generation, content)) = bucket.objects().get(&name).cloned() else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let modified = [(header::LAST_MODIFIED, "Mon, 04 May 2026 10:12:33 GMT")];
    let Some((first, last)) = range(&headers, content.len()) else {
        return (tags(generation), modified, content).into_response();
    };
    let told = format!("bytes {first}-{}/{}", last - 1, content.len());
    let told = [(header::CONTENT_RANGE, told)];
    let part = content.slice(first..last);
    (
        StatusCode::PARTIAL_CONTENT,
        tags(generation),
        modified,
        told,
        part,
    )
        .into_response()
}

async fn delete(State(bucket): State<Arc<Bucket>>, Path(name): Path<String>) -> Response {
    match bucket.objects().remove(&name) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
    }
}

/// Objects and, with a delimiter, what the names below it begin with, in the order of names.
async fn list(State(bucket): State<Arc<Bucket>>, Query(parameters): Query<Parameters>) -> Response {
    let parameter = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, delimiter) = (parameter("prefix"), parameter("delimiter"));
    let after = parameter("continuation-token").max(parameter("start-after"));
    let objects = bucket.objects();
    let mut entries = BTreeMap::new();
    for (name, (generation, content)) in objects.iter().filter(|(name, _)| name.starts_with(prefix))
    {
        let rest = name.strip_prefix(prefix).unwrap_or_default();
        match rest.split_once(delimiter).filter(|_| !delimiter.is_empty()) {
            Some((directory, _)) => {
                let common = format!("{prefix}{directory}{delimiter}");
                let told = format!(
                    "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
                    escaped(&common)
                );
                entries.insert(common, told)
            }
            None => entries.insert(name.clone(), listed(name, *generation, content.len())),
        };
    }
    let entries: Vec<_> = entries
        .into_iter()
        .filter(|(name, _)| name.as_str() > after)
        .collect();
    let page: String = entries
        .iter()
        .take(PAGE)
        .map(|(_, told)| told.as_str())
        .collect();
    let last = entries.get(PAGE - 1).filter(|_| entries.len() > PAGE);
    let next = last.map(|(name, _)| {
        format!(
            "<NextContinuationToken>{}</NextContinuationToken>",
            escaped(name)
        )
    });
    let next = next.unwrap_or_default();
    format!("<ListBucketResult>{page}{next}</ListBucketResult>").into_response()
}

fn listed(name: &str, generation: u64, size: usize) -> String {
    let name = escaped(name);
    format!(
        "<Contents><Key>{name}</Key><Size>{size}</Size><ETag>\"{generation}\"</ETag>\
         <LastModified>2026-05-04T10:12:33.000Z</LastModified></Contents>"
    )
}

fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;")
}

fn tags(generation: u64) -> [(&'static str, String); 2] {
    [
        ("etag", format!("\"{generation}\"")),
        (GENERATION, generation.to_string()),
    ]
}

/// The first byte that is wanted, and that after the last.
fn range(headers: &HeaderMap, size: usize) -> Option<(usize, usize)> {
    let range = headers.get(header::RANGE)?.to_str().ok()?;
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => Some((first, size.min(last + 1))),
        (Ok(first), Err(_)) => Some((first, size)),
        (Err(_), Ok(suffix)) => Some((size.saturating_sub(suffix), size)),
        (Err(_), Err(_)) => None,
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body =
        format!("<Error><Code>{code}</Code><Message>{code}, says the stand-in.</Message></Error>");
    (status, body).into_response()
}
