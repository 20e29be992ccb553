//! Which share of new traces is kept: a preset, by the environment's name, or the standard variables.

use crate::settings::{SettingError, Variables, wrong};

/// `UAT_TRACING_PRESET`. Default: `production` where `NODE_ENV`, `DEPLOYMENT_ENVIRONMENT` or the resource's
/// `deployment.environment.name` says so, else `development`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Every trace.
    Development,
    /// 10 % of new traces; follows a caller's decision.
    Production,
    /// Everything is sent: a collector decides by tail sampling.
    Collector,
    /// Nothing is kept; context still travels.
    Off,
}

impl Preset {
    pub fn name(self) -> &'static str {
        match self {
            Preset::Development => "development",
            Preset::Production => "production",
            Preset::Collector => "collector",
            Preset::Off => "off",
        }
    }

    fn ratio(self) -> f64 {
        match self {
            Preset::Development | Preset::Collector => 1.0,
            Preset::Production => 0.1,
            Preset::Off => 0.0,
        }
    }

    pub(crate) fn scheduled_delay_millis(self) -> u64 {
        if self == Preset::Development { 200 } else { 1000 }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SamplingSettings {
    pub preset: Preset,
    /// What the environment calls itself, for the log.
    pub environment: String,
    /// Share of new traces, 0 to 1. `OTEL_TRACES_SAMPLER` wins over the preset, except over `off`.
    pub ratio: f64,
    /// Whether a caller's decision is followed.
    pub parent_based: bool,
}

pub(crate) fn parse_sampling(env: &Variables, resource: &[(String, String)]) -> Result<SamplingSettings, SettingError> {
    let named = ["deployment.environment.name", "deployment.environment"]
        .into_iter()
        .find_map(|key| resource.iter().find(|(name, _)| name == key))
        .map(|(_, value)| value.clone());
    let node_env = env.text("NODE_ENV");
    let production = [&named, &node_env].into_iter().flatten().any(|name| is_production(name));
    let preset = match env.text("UAT_TRACING_PRESET").map(|value| value.to_ascii_lowercase()).as_deref() {
        None if production => Preset::Production,
        None | Some("development") => Preset::Development,
        Some("production") => Preset::Production,
        Some("collector") => Preset::Collector,
        Some("off") => Preset::Off,
        Some(value) => return Err(wrong("UAT_TRACING_PRESET", value, "development, production, collector or off")),
    };
    let (ratio, parent_based) = match from_sampler_variable(env)? {
        Some(chosen) if preset != Preset::Off => chosen,
        _ => (preset.ratio(), true),
    };
    let fallback = if production { "production" } else { "development" };
    let environment = named.or(node_env).unwrap_or_else(|| fallback.to_owned());
    Ok(SamplingSettings { preset, environment, ratio, parent_based })
}

fn is_production(name: &str) -> bool {
    let name = name.trim();
    name.eq_ignore_ascii_case("production") || name.eq_ignore_ascii_case("prod")
}

/// `OTEL_TRACES_SAMPLER`, with `OTEL_TRACES_SAMPLER_ARG` (default 1) where it is a ratio.
fn from_sampler_variable(env: &Variables) -> Result<Option<(f64, bool)>, SettingError> {
    let Some(name) = env.text("OTEL_TRACES_SAMPLER") else { return Ok(None) };
    let chosen = match name.to_ascii_lowercase().as_str() {
        "always_on" => (1.0, false),
        "always_off" => (0.0, false),
        "parentbased_always_on" => (1.0, true),
        "parentbased_always_off" => (0.0, true),
        "traceidratio" => (argument(env)?, false),
        "parentbased_traceidratio" => (argument(env)?, true),
        _ => {
            return Err(wrong(
                "OTEL_TRACES_SAMPLER",
                &name,
                "always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio",
            ));
        }
    };
    Ok(Some(chosen))
}

fn argument(env: &Variables) -> Result<f64, SettingError> {
    let name = "OTEL_TRACES_SAMPLER_ARG";
    let Some(value) = env.text(name) else { return Ok(1.0) };
    match value.parse::<f64>() {
        Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        _ => Err(wrong(name, &value, "a number from 0 to 1, such as 0.1 for 10 %")),
    }
}
