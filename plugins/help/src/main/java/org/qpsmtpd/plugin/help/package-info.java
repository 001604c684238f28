/** The plugin help. */
@NullMarked
package org.qpsmtpd.plugin.help;

import org.jspecify.annotations.NullMarked;
