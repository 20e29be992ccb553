module uat-tracing/probe

go 1.25
