package org.qpsmtpd.plugin.help;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "help", description = "Answers HELP from files.")
@interface HelpConfig {
    @AttributeDefinition(
            description =
                    "Pairs of words: help_dir DIRECTORY, not_implemented 0 or 1, and COMMAND FILE.",
            required = false)
    String[] arguments() default {};
}
