/** The plugin sender_permitted_from. */
@NullMarked
package org.qpsmtpd.plugin.senderpermittedfrom;

import org.jspecify.annotations.NullMarked;
