"""`make bench`: every benchmark, one after the other."""

from tests.benchmarks import emulator, manifests_load, plan

manifests_load.main()
plan.main()
emulator.main()
