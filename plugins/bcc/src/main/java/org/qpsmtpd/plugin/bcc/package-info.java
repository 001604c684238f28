/** The plugin bcc. */
@NullMarked
package org.qpsmtpd.plugin.bcc;

import org.jspecify.annotations.NullMarked;
