"""What tests of host apps can use: Hypothesis strategies, stores in memory, conformance suites.

The strategies need Hypothesis: ``pip install "mainstay[testing]"``.
"""
