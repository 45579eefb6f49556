"""An Android phone with a local SIM, through the SMSGate app: two-way, with receipts, asked by our own message id."""
