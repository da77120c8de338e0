//! Writes a row of Arrow columns as a JSON object. Absent values are left out, as in Hugging Face's libraries, but for
//! questions and answers, which are null.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use tunedrop_reshape::{LONGEST, keeps_empty};

/// Returns the row `at` as JSON. The error says why it can't be written. No text longer than [`LONGEST`] is built.
pub(super) fn row(batch: &RecordBatch, at: usize) -> Result<String, String> {
    let mut out = b"{".to_vec();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if is_absent(column.as_ref(), at) && keeps_empty(field.name()) {
            key(field.name(), &mut out).and_then(|()| raw("null", &mut out)).map_err(|fault| fault.of(field.name()))?;
            continue;
        }
        member(field.name(), column.as_ref(), at, &mut out).map_err(|fault| fault.of(field.name()))?;
    }
    out.push(b'}');
    String::from_utf8(out).map_err(|_| "a text isn't UTF-8".to_owned())
}

/// Why a value can't be written.
enum Fault {
    TooLong,
    Bytes,
    /// A type that has no equivalent in JSON.
    Type(String),
}

impl Fault {
    fn of(self, column: &str) -> String {
        match self {
            Fault::TooLong => format!("the row is longer than {} MiB", LONGEST >> 20),
            Fault::Bytes => format!("`{column}` holds bytes that aren't text, such as an image's"),
            Fault::Type(kind) => format!("`{column}` holds values of type {kind}, which can't be converted"),
        }
    }
}

type Written = Result<(), Fault>;

fn member(name: &str, array: &dyn Array, at: usize, out: &mut Vec<u8>) -> Written {
    if is_absent(array, at) {
        return Ok(());
    }
    key(name, out)?;
    value(array, at, out)
}

fn key(name: &str, out: &mut Vec<u8>) -> Written {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    text(name, out)?;
    out.push(b':');
    Ok(())
}

/// Whether the value is null or NaN: pandas writes a missing number as NaN.
fn is_absent(array: &dyn Array, at: usize) -> bool {
    array.is_null(at)
        || match array.data_type() {
            DataType::Null => true,
            DataType::Float64 => !array.as_primitive::<Float64Type>().value(at).is_finite(),
            DataType::Float32 => !array.as_primitive::<Float32Type>().value(at).is_finite(),
            DataType::Float16 => !array.as_primitive::<Float16Type>().value(at).is_finite(),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                index(dictionary.keys(), at).is_none_or(|key| is_absent(dictionary.values().as_ref(), key))
            }
            _ => false,
        }
}

fn value(array: &dyn Array, at: usize, out: &mut Vec<u8>) -> Written {
    if is_absent(array, at) {
        return raw("null", out);
    }
    match array.data_type() {
        DataType::Boolean => raw(if array.as_boolean().value(at) { "true" } else { "false" }, out),
        DataType::Utf8 => text(array.as_string::<i32>().value(at), out),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(at), out),
        DataType::Utf8View => text(array.as_string_view().value(at), out),
        DataType::Binary => bytes(array.as_binary::<i32>().value(at), out),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(at), out),
        DataType::BinaryView => bytes(array.as_binary_view().value(at), out),
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary().value(at), out),
        DataType::List(_) => list(array.as_list::<i32>().value(at).as_ref(), out),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(at).as_ref(), out),
        DataType::ListView(_) => list(array.as_list_view::<i32>().value(at).as_ref(), out),
        DataType::LargeListView(_) => list(array.as_list_view::<i64>().value(at).as_ref(), out),
        DataType::FixedSizeList(..) => list(array.as_fixed_size_list().value(at).as_ref(), out),
        DataType::Struct(fields) => {
            out.push(b'{');
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                member(field.name(), column.as_ref(), at, out)?;
            }
            raw("}", out)
        }
        DataType::Map(..) => map(array, at, out),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            index(dictionary.keys(), at).map_or(Ok(()), |key| value(dictionary.values().as_ref(), key, out))
        }
        _ => scalar(array, at, out),
    }
}

/// Writes numbers unchanged, and points in time in ISO 8601.
fn scalar(array: &dyn Array, at: usize, out: &mut Vec<u8>) -> Written {
    use DataType as Of;
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    match array.data_type() {
        Of::Int8 => number::<Int8Type>(array, at, out),
        Of::Int16 => number::<Int16Type>(array, at, out),
        Of::Int32 => number::<Int32Type>(array, at, out),
        Of::Int64 => number::<Int64Type>(array, at, out),
        Of::UInt8 => number::<UInt8Type>(array, at, out),
        Of::UInt16 => number::<UInt16Type>(array, at, out),
        Of::UInt32 => number::<UInt32Type>(array, at, out),
        Of::UInt64 => number::<UInt64Type>(array, at, out),
        Of::Float16 => number::<Float16Type>(array, at, out),
        Of::Float32 => number::<Float32Type>(array, at, out),
        Of::Float64 => number::<Float64Type>(array, at, out),
        Of::Decimal128(..) => raw(&array.as_primitive::<Decimal128Type>().value_as_string(at), out),
        Of::Decimal256(..) => raw(&array.as_primitive::<Decimal256Type>().value_as_string(at), out),
        Of::Date32 => shown(array.as_primitive::<Date32Type>().value_as_date(at), array, out),
        Of::Date64 => shown(array.as_primitive::<Date64Type>().value_as_date(at), array, out),
        Of::Time32(Second) => shown(array.as_primitive::<Time32SecondType>().value_as_time(at), array, out),
        Of::Time32(_) => shown(array.as_primitive::<Time32MillisecondType>().value_as_time(at), array, out),
        Of::Time64(Nanosecond) => shown(array.as_primitive::<Time64NanosecondType>().value_as_time(at), array, out),
        Of::Time64(_) => shown(array.as_primitive::<Time64MicrosecondType>().value_as_time(at), array, out),
        Of::Timestamp(Second, _) => moment::<TimestampSecondType>(array, at, out),
        Of::Timestamp(Millisecond, _) => moment::<TimestampMillisecondType>(array, at, out),
        Of::Timestamp(Microsecond, _) => moment::<TimestampMicrosecondType>(array, at, out),
        Of::Timestamp(Nanosecond, _) => moment::<TimestampNanosecondType>(array, at, out),
        other => Err(Fault::Type(other.to_string().chars().take(40).collect())),
    }
}

fn number<T: ArrowPrimitiveType>(array: &dyn Array, at: usize, out: &mut Vec<u8>) -> Written
where
    T::Native: std::fmt::Display,
{
    raw(&array.as_primitive::<T>().value(at).to_string(), out)
}

/// Writes a point in time. With a time zone, it is in UTC.
fn moment<T: ArrowTemporalType>(array: &dyn Array, at: usize, out: &mut Vec<u8>) -> Written
where
    i64: From<T::Native>,
{
    let zone = if matches!(array.data_type(), DataType::Timestamp(_, Some(_))) { "Z" } else { "" };
    let time = array.as_primitive::<T>().value_as_datetime(at);
    shown(time.map(|time| format!("{time:?}{zone}")), array, out)
}

/// Writes a text if there is one: a date may be out of range.
fn shown<V: ToString>(value: Option<V>, array: &dyn Array, out: &mut Vec<u8>) -> Written {
    let value = value.ok_or_else(|| Fault::Type(array.data_type().to_string()))?;
    text(&value.to_string(), out)
}

fn list(elements: &dyn Array, out: &mut Vec<u8>) -> Written {
    out.push(b'[');
    for at in 0..elements.len() {
        if at > 0 {
            out.push(b',');
        }
        value(elements, at, out)?;
    }
    raw("]", out)
}

fn map(array: &dyn Array, at: usize, out: &mut Vec<u8>) -> Written {
    let entries = array.as_map().value(at);
    let [keys, values] = entries.columns() else { return Err(Fault::Type("map".to_owned())) };
    out.push(b'{');
    for at in 0..entries.len() {
        match keys.data_type() {
            DataType::Utf8 => member(keys.as_string::<i32>().value(at), values.as_ref(), at, out)?,
            DataType::LargeUtf8 => member(keys.as_string::<i64>().value(at), values.as_ref(), at, out)?,
            DataType::Utf8View => member(keys.as_string_view().value(at), values.as_ref(), at, out)?,
            other => return Err(Fault::Type(format!("map with keys of type {other}"))),
        }
    }
    raw("}", out)
}

/// Some writers don't mark bytes as text.
fn bytes(bytes: &[u8], out: &mut Vec<u8>) -> Written {
    match std::str::from_utf8(bytes) {
        Ok(written) if !bytes.contains(&0) => text(written, out),
        _ => Err(Fault::Bytes),
    }
}

/// Returns the index that a dictionary's key stands for. `None` for null.
fn index(keys: &dyn Array, at: usize) -> Option<usize> {
    if keys.is_null(at) {
        return None;
    }
    match keys.data_type() {
        DataType::Int8 => keys.as_primitive::<Int8Type>().value(at).try_into().ok(),
        DataType::Int16 => keys.as_primitive::<Int16Type>().value(at).try_into().ok(),
        DataType::Int32 => keys.as_primitive::<Int32Type>().value(at).try_into().ok(),
        DataType::Int64 => keys.as_primitive::<Int64Type>().value(at).try_into().ok(),
        DataType::UInt8 => Some(keys.as_primitive::<UInt8Type>().value(at).into()),
        DataType::UInt16 => Some(keys.as_primitive::<UInt16Type>().value(at).into()),
        DataType::UInt32 => keys.as_primitive::<UInt32Type>().value(at).try_into().ok(),
        DataType::UInt64 => keys.as_primitive::<UInt64Type>().value(at).try_into().ok(),
        _ => None,
    }
}

fn text(text: &str, out: &mut Vec<u8>) -> Written {
    // Escapes make a text longer. A text that is far too long isn't written at all.
    if out.len() + text.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    serde_json::to_writer(&mut *out, text).map_err(|_| Fault::TooLong)?;
    raw("", out)
}

fn raw(json: &str, out: &mut Vec<u8>) -> Written {
    out.extend_from_slice(json.as_bytes());
    if out.len() > LONGEST { Err(Fault::TooLong) } else { Ok(()) }
}
