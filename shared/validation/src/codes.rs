//! The table of all codes, with the text of each. Each code names a problem.
//!
//! `codes/` has a file of text for each family. Codes that other crates report (recipes, file names, launch
//! notes) are here too, so that all findings are in one list.

mod evaluation;
mod expect;
mod file;
mod json;
mod media;
mod quality;
mod recipe;
mod sensitive;
mod set;
mod shape;
mod text;
mod turns;

use serde::{Serialize, Serializer};

use crate::Severity;

/// The description of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// The code itself.
    pub code: Code,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// A short noun phrase, for headings.
    pub title: &'static str,
    /// What the problem is.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Data that has the problem.
    pub example: &'static str,
    /// How to fix it: one or more instructions.
    pub fix: &'static str,
    /// The source: a page of AWS, an AWS sample, or our own judgment.
    pub source: &'static str,
}

/// The text of one code.
#[derive(Clone, Copy)]
struct Text {
    title: &'static str,
    what: &'static str,
    why: &'static str,
    example: &'static str,
    fix: &'static str,
    source: &'static str,
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $text:path;)+) => {
        /// A stable code. Its name describes the problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = concat!("`", $name, "`")] $variant,)+ }

        impl Code {
            /// All codes, in the table's order.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];
        }

        static TABLE: &[(&str, CodeInfo)] = &[$(($name, info(Code::$variant, Severity::$severity, $text)),)+];
    };
}

const fn info(code: Code, severity: Severity, text: Text) -> CodeInfo {
    let Text { title, what, why, example, fix, source } = text;
    CodeInfo { code, severity, title, what, why, example, fix, source }
}

codes! {
    InvalidUtf8 "invalid-utf8" Error file::INVALID_UTF8;
    ByteOrderMark "byte-order-mark" Error file::BYTE_ORDER_MARK;
    BlankLine "blank-line" Error file::BLANK_LINE;
    LineTooLong "line-too-long" Error file::LINE_TOO_LONG;
    EmptyFile "empty-file" Error file::EMPTY_FILE;
    WrongLayout "wrong-layout" Error file::WRONG_LAYOUT;

    InvalidJson "invalid-json" Error json::INVALID_JSON;
    ControlCharacter "control-character" Error json::CONTROL_CHARACTER;
    LoneSurrogate "lone-surrogate" Error json::LONE_SURROGATE;
    NestingTooDeep "nesting-too-deep" Error json::NESTING_TOO_DEEP;
    DuplicateKey "duplicate-key" Error json::DUPLICATE_KEY;
    NotAnObject "not-an-object" Error json::NOT_AN_OBJECT;

    MissingKey "missing-key" Error shape::MISSING_KEY;
    UnknownKey "unknown-key" Error shape::UNKNOWN_KEY;
    WrongType "wrong-type" Error shape::WRONG_TYPE;
    EmptyList "empty-list" Error shape::EMPTY_LIST;
    TooManySystemTexts "too-many-system-texts" Warning shape::TOO_MANY_SYSTEM_TEXTS;
    UnknownSchemaVersion "unknown-schema-version" Error shape::UNKNOWN_SCHEMA_VERSION;
    AmbiguousBlock "ambiguous-block" Error shape::AMBIGUOUS_BLOCK;
    UnsupportedContent "unsupported-content" Error shape::UNSUPPORTED_CONTENT;
    UnsupportedMediaFormat "unsupported-media-format" Error shape::UNSUPPORTED_MEDIA_FORMAT;
    SourcesDisagree "sources-disagree" Warning shape::SOURCES_DISAGREE;
    InvalidS3Uri "invalid-s3-uri" Error shape::INVALID_S3_URI;
    InvalidBucketOwner "invalid-bucket-owner" Error shape::INVALID_BUCKET_OWNER;
    TooManyMedia "too-many-media" Error media::TOO_MANY;
    MixedMediaKinds "mixed-media-kinds" Error media::MIXED_KINDS;
    UnevenRecords "uneven-records" Warning media::UNEVEN_RECORDS;

    UnknownRole "unknown-role" Error turns::UNKNOWN_ROLE;
    WrongFirstRole "wrong-first-role" Error turns::WRONG_FIRST_ROLE;
    WrongLastRole "wrong-last-role" Error turns::WRONG_LAST_ROLE;
    UnpairedTurn "unpaired-turn" Error turns::UNPAIRED_TURN;
    TooFewTurns "too-few-turns" Error turns::TOO_FEW_TURNS;
    TooManyTurns "too-many-turns" Error turns::TOO_MANY_TURNS;
    MissingUserTurn "missing-user-turn" Error turns::MISSING_USER_TURN;
    MisplacedSystemMessage "misplaced-system-message" Error turns::MISPLACED_SYSTEM_MESSAGE;

    EmptyText "empty-text" Error text::EMPTY_TEXT;
    BlankText "blank-text" Warning text::BLANK_TEXT;
    ReservedString "reserved-string" Error text::RESERVED_STRING;
    NearReservedString "near-reserved-string" Warning text::NEAR_RESERVED_STRING;
    EscapedControlCharacter "escaped-control-character" Warning text::ESCAPED_CONTROL_CHARACTER;
    CompletionEqualsPrompt "completion-equals-prompt" Warning text::COMPLETION_EQUALS_PROMPT;
    TooManyTokens "too-many-tokens" Error text::TOO_MANY_TOKENS;
    NearTokenLimit "near-token-limit" Warning text::NEAR_TOKEN_LIMIT;
    CaptionLength "caption-length" Error text::CAPTION_LENGTH;
    RecordTooLarge "record-too-large" Error text::RECORD_TOO_LARGE;
    DuplicateRecord "duplicate-record" Warning text::DUPLICATE_RECORD;
    TrainValidationLeakage "train-validation-leakage" Warning text::TRAIN_VALIDATION_LEAKAGE;

    AwsAccessKey "aws-access-key" Warning sensitive::AWS_ACCESS_KEY;
    PrivateKey "private-key" Warning sensitive::PRIVATE_KEY;
    CardNumber "card-number" Warning sensitive::CARD_NUMBER;
    EmailAddress "email-address" Warning sensitive::EMAIL_ADDRESS;
    Iban "iban" Warning sensitive::IBAN;
    PhoneNumber "phone-number" Warning sensitive::PHONE_NUMBER;
    NationalId "national-id" Warning sensitive::NATIONAL_ID;
    JsonWebToken "json-web-token" Warning sensitive::JSON_WEB_TOKEN;
    VendorKey "vendor-key" Warning sensitive::VENDOR_KEY;

    MissingFile "missing-file" Error set::MISSING_FILE;
    TooFewRecords "too-few-records" Error set::TOO_FEW_RECORDS;
    FewRecords "few-records" Warning set::FEW_RECORDS;
    TooManyRecords "too-many-records" Error set::TOO_MANY_RECORDS;
    ManyRecords "many-records" Warning set::MANY_RECORDS;
    FileTooLarge "file-too-large" Error set::FILE_TOO_LARGE;
    ValidationNotSupported "validation-not-supported" Error set::VALIDATION_NOT_SUPPORTED;
    UnknownHyperparameter "unknown-hyperparameter" Error set::UNKNOWN_HYPERPARAMETER;
    MissingHyperparameter "missing-hyperparameter" Error set::MISSING_HYPERPARAMETER;
    HyperparameterWrongType "hyperparameter-wrong-type" Error set::HYPERPARAMETER_WRONG_TYPE;
    HyperparameterOutOfRange "hyperparameter-out-of-range" Error set::HYPERPARAMETER_OUT_OF_RANGE;
    UndocumentedHyperparameter "undocumented-hyperparameter" Warning set::UNDOCUMENTED_HYPERPARAMETER;

    HeldOutOverlap "held-out-overlap" Warning evaluation::HELD_OUT_OVERLAP;
    HeldOutInTraining "held-out-in-training" Error evaluation::HELD_OUT_IN_TRAINING;
    FewHeldOutRecords "few-held-out-records" Warning evaluation::FEW_HELD_OUT_RECORDS;
    UnusableHeldOutRecords "unusable-held-out-records" Warning evaluation::UNUSABLE_HELD_OUT_RECORDS;
    NoHeldOutRecords "no-held-out-records" Error evaluation::NO_HELD_OUT_RECORDS;

    NearDuplicate "near-duplicate" Warning quality::NEAR_DUPLICATE;
    NearLeakage "near-leakage" Warning quality::NEAR_LEAKAGE;
    ConflictingAnswers "conflicting-answers" Warning quality::CONFLICTING_ANSWERS;
    SeveralAnswers "several-answers" Warning quality::SEVERAL_ANSWERS;
    LabelImbalance "label-imbalance" Warning quality::LABEL_IMBALANCE;
    UnusualLanguage "unusual-language" Warning quality::UNUSUAL_LANGUAGE;
    UnusualLength "unusual-length" Warning quality::UNUSUAL_LENGTH;
    BoilerplateAnswer "boilerplate-answer" Warning quality::BOILERPLATE_ANSWER;
    TruncatedAnswer "truncated-answer" Warning quality::TRUNCATED_ANSWER;
    DamagedText "damaged-text" Warning quality::DAMAGED_TEXT;
    DataDrift "data-drift" Warning quality::DATA_DRIFT;
    QualityIncomplete "quality-incomplete" Warning quality::QUALITY_INCOMPLETE;

    UnexpectedJson "unexpected-json" Error expect::UNEXPECTED_JSON;
    UnexpectedValue "unexpected-value" Error expect::UNEXPECTED_VALUE;
    RareValue "rare-value" Error expect::RARE_VALUE;
    MissingValue "missing-value" Error expect::MISSING_VALUE;
    UnexpectedLength "unexpected-length" Error expect::UNEXPECTED_LENGTH;
    UnexpectedText "unexpected-text" Error expect::UNEXPECTED_TEXT;
    RepeatedValue "repeated-value" Error expect::REPEATED_VALUE;
    UncheckedExpectations "unchecked-expectations" Error expect::UNCHECKED_EXPECTATIONS;

    MissingMedium "missing-medium" Error media::MISSING;
    MediumTooLarge "medium-too-large" Error media::TOO_LARGE;
    MediumOfAnotherType "medium-of-another-type" Error media::OF_ANOTHER_TYPE;
    MediumWrongSize "medium-wrong-size" Error media::WRONG_SIZE;
    SmallImage "small-image" Warning media::SMALL_IMAGE;
    VideoTooLong "video-too-long" Error media::VIDEO_TOO_LONG;
    MediumInAnotherBucket "medium-in-another-bucket" Error media::IN_ANOTHER_BUCKET;
    MediumOutsideFolder "medium-outside-folder" Error media::OUTSIDE_FOLDER;
    UncheckedMedium "unchecked-medium" Warning media::UNCHECKED;

    UnreadableObject "unreadable-object" Error set::UNREADABLE_OBJECT;
    InvalidCatalogue "invalid-catalogue" Error set::INVALID_CATALOGUE;

    RecipeSyntax "recipe-syntax" Error recipe::SYNTAX;
    RecipeUnknownKey "recipe-unknown-key" Error recipe::UNKNOWN_KEY;
    RecipeWrongType "recipe-wrong-type" Error recipe::WRONG_TYPE;
    RecipeMissingKey "recipe-missing-key" Error recipe::MISSING_KEY;
    RecipeInvalidValue "recipe-invalid-value" Error recipe::INVALID_VALUE;
    RecipeUnknownModel "recipe-unknown-model" Error recipe::UNKNOWN_MODEL;
    RecipeUnusableBase "recipe-unusable-base" Error recipe::UNUSABLE_BASE;
    UnsupportedCustomization "unsupported-customization" Error recipe::UNSUPPORTED_CUSTOMIZATION;
    RecipeConflict "recipe-conflict" Error recipe::CONFLICT;
    RecipeTooLarge "recipe-too-large" Error recipe::TOO_LARGE;
    NearMissName "near-miss-name" Error recipe::NEAR_MISS_NAME;
    InvalidDatasetName "invalid-dataset-name" Error recipe::INVALID_DATASET_NAME;
    ModelWithdrawn "model-withdrawn" Warning recipe::MODEL_WITHDRAWN;
    UnlistedThroughput "unlisted-throughput" Warning recipe::UNLISTED_THROUGHPUT;
}

impl Code {
    /// Its name, in kebab case.
    pub fn as_str(self) -> &'static str {
        TABLE[self as usize].0
    }

    /// Its description.
    pub fn info(self) -> &'static CodeInfo {
        &TABLE[self as usize].1
    }

    /// The code of that name.
    pub fn from_name(name: &str) -> Option<Code> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
