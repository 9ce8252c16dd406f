"""`make bench`: every benchmark, one after the other."""

from tests.benchmarks import manifests_load, plan

manifests_load.main()
plan.main()
