/** The plugin user_config. */
@NullMarked
package org.qpsmtpd.plugin.userconfig;

import org.jspecify.annotations.NullMarked;
