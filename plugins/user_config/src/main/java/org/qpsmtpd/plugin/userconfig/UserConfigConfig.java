package org.qpsmtpd.plugin.userconfig;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "user_config",
        description = "Gives each user and domain configuration files of its own.")
@interface UserConfigConfig {
    @AttributeDefinition(
            description = "The folder of a user: %u is the local part, %h the host, %a both")
    String pattern() default "/home/%u/.qpsmtpd";

    @AttributeDefinition(description = "Further folders, looked at in order")
    String[] more() default {};

    @AttributeDefinition(description = "Whether symbolic links below the fixed part are followed")
    boolean links() default false;
}
