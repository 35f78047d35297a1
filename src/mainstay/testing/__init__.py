"""What tests of host apps can use: Hypothesis strategies (``pip install "mainstay[testing]"``)."""
