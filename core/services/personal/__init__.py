"""Personal data as the law has it (个人信息保护法, arts 44-47): what is held of somebody, corrected, and erased."""
